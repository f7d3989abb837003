"""Trains the net that says where a page may be, on drawn scenes only, and writes scanning/page.onnx.

    pip install torch==2.13.0 onnx         (a CPU is enough; neither is needed to run Belegbote)
    python -m tests.scanning.train MINUTES [--keep CHECKPOINT] [--start CHECKPOINT]

The net looks at the whole photo squeezed to SIDE by SIDE px, and answers for every second pixel: is it page, is it
on the edge of the page, is it a corner? No photo of anybody and no foreign weight goes in.

source  U-Net: Ronneberger et al. 2015; plain 3x3 convolutions, because cv2.dnn runs them fastest
"""

import argparse
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tests.scanning.stage import Scene, Stage

SIDE = 256
WIDTHS = (16, 32, 48, 72, 96)
MODEL = Path(__file__).resolve().parents[2] / "scanning" / "page.onnx"
BATCH = 32


# ---------- scenes → what the net should answer ----------


def sample(scene: Scene, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A scene, perhaps mirrored and turned, as (SIDE, SIDE, 3) uint8 and its answer (3, SIDE / 2, SIDE / 2) uint8."""
    bgr, corners = scene
    height, width = bgr.shape[:2]
    small = cv2.resize(bgr, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    target = answer(None if corners is None else corners * (SIDE / width, SIDE / height))
    if rng.random() < 0.5:
        small, target = small[:, ::-1], target[:, :, ::-1]
    turns = int(rng.integers(4))
    return np.ascontiguousarray(np.rot90(small, turns)), np.ascontiguousarray(np.rot90(target, turns, axes=(1, 2)))


def answer(corners: np.ndarray | None) -> np.ndarray:
    """page, edge, corner: (3, SIDE / 2, SIDE / 2) uint8 0..255 for corners (4, 2) in px of the SIDE picture."""
    half, fine = SIDE // 2, SIDE * 2
    out = np.zeros((3, half, half), np.uint8)
    if corners is None:
        return out
    points = np.round(np.clip(corners * 2, -9999, 9999) * 16).astype(np.int32)
    for plane, draw in enumerate((_fill, _outline)):
        big = np.zeros((fine, fine), np.uint8)
        draw(big, points)
        out[plane] = cv2.resize(big, (half, half), interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[0:half, 0:half].astype(np.float32) + 0.5
    for cx, cy in corners / 2:
        spot = 255 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * 1.5**2))
        out[2] = np.maximum(out[2], spot.astype(np.uint8))
    return out


def _fill(big: np.ndarray, points: np.ndarray) -> None:
    cv2.fillConvexPoly(big, points, 255, cv2.LINE_AA, shift=4)


def _outline(big: np.ndarray, points: np.ndarray) -> None:
    cv2.polylines(big, [points], True, 255, 8, cv2.LINE_AA, shift=4)  # two px of the answer


class Scenes(torch.utils.data.IterableDataset):
    """Scenes without end, each put to use a few times: mirrored and turned otherwise."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        cv2.setNumThreads(1)
        stage = Stage(self.seed + 1000 * (info.id if info else 0))
        while True:
            scene = stage.scene()
            for _ in range(2):
                yield sample(scene, stage.rng)


# ---------- the net ----------


def block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Net(nn.Module):
    """(N, 3, SIDE, SIDE) 0..1 → (N, 3, SIDE / 2, SIDE / 2) logits."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e = WIDTHS
        self.down = nn.ModuleList(
            [
                nn.Sequential(block(3, a, 2), block(a, a)),
                nn.Sequential(block(a, b, 2), block(b, b)),
                nn.Sequential(block(b, c, 2), block(c, c)),
                nn.Sequential(block(c, d, 2), block(d, d)),
                nn.Sequential(block(d, e, 2), block(e, e), block(e, e)),
            ]
        )
        self.up = nn.ModuleList([block(e, d), block(d, c), block(c, b), block(b, a)])
        self.mix = block(a, a)
        self.head = nn.Conv2d(a, 3, 1)

    def forward(self, x):
        seen = []
        for step in self.down:
            x = step(x)
            seen.append(x)
        for step, beside in zip(self.up, reversed(seen[:-1]), strict=True):
            x = F.interpolate(step(x), scale_factor=2.0, mode="bilinear", align_corners=False) + beside
        return self.head(self.mix(x))


def loss(said, wanted):
    """Cross entropy; edges and corners are rare and weigh more."""
    weight = torch.tensor([0.0, 4.0, 12.0]).view(1, 3, 1, 1) * wanted + torch.tensor([1.0, 1.0, 1.0]).view(1, 3, 1, 1)
    each = F.binary_cross_entropy_with_logits(said, wanted, weight=weight, reduction="none").mean(dim=(0, 2, 3))
    return each @ torch.tensor([1.0, 1.5, 1.0]), each.detach()


def train(minutes: float, keep: Path | None, start: Path | None, seed: int) -> nn.Module:
    """Train for so long, from nothing or from kept weights; the mean of late weights is what comes out."""
    torch.manual_seed(seed)
    net = Net()
    if start:
        net.load_state_dict(torch.load(start))
    net = net.to(memory_format=torch.channels_last)
    mean = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True
    )
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.0, weight_decay=0.02)
    source = torch.utils.data.DataLoader(Scenes(seed), batch_size=BATCH, num_workers=1, prefetch_factor=12)
    begun, seen = time.monotonic(), 0
    for step, (bgr, wanted) in enumerate(source):
        part = (time.monotonic() - begun) / (60 * minutes)
        if part >= 1:
            break
        rate = (1.5e-3 if start else 4e-3) * min(1, step / 200) * (0.5 + 0.5 * math.cos(math.pi * part)) + 1e-5
        for group in optimizer.param_groups:
            group["lr"] = rate
        x = (bgr.permute(0, 3, 1, 2).float() / 255).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            said = net(x)
        total, each = loss(said.float(), wanted.float() / 255)
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimizer.step()
        mean.update_parameters(net)
        seen += len(bgr)
        if step % 100 == 0:
            rate = seen / (time.monotonic() - begun)
            print(
                f"{part:6.1%} {seen:8d} scenes {rate:5.0f}/s  page edge corner", *(f"{v:.4f}" for v in each), flush=True
            )
            if keep and step % 500 == 0:
                torch.save(mean.module.state_dict(), keep)
    return mean.module


def export(net: nn.Module, path: Path) -> None:
    """Write the net with its answers as probabilities, its batch norms folded into the convolutions."""
    net = net.eval().to(memory_format=torch.contiguous_format)
    for sequence in [m for m in net.modules() if isinstance(m, nn.Sequential) and isinstance(m[0], nn.Conv2d)]:
        sequence[0] = nn.utils.fuse_conv_bn_eval(sequence[0], sequence[1])
        sequence[1] = nn.Identity()
    told = nn.Sequential(net, nn.Sigmoid()).eval()
    torch.onnx.export(told, torch.zeros(1, 3, SIDE, SIDE), str(path), dynamo=False, opset_version=17)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minutes", type=float)
    parser.add_argument("--keep", type=Path, help="write the weights here now and then")
    parser.add_argument("--start", type=Path, help="begin with weights that were kept")
    parser.add_argument("--output", type=Path, default=MODEL)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    export(train(args.minutes, args.keep, args.start, args.seed), args.output)


if __name__ == "__main__":
    main()
