/** The rear camera in the page: opening it as sharp as it can, the torch, and a still picture. */

import { LONG_EDGE } from "./image.js"

/** A camera that gives no still in this time gives none; the video's frame of the tap is there. */
const STILL_WITHIN = 3_000 // ms

/** @typedef {"denied" | "missing" | "busy"} CameraProblem */

/**
 * Ask for 4096 both ways: smaller ideals make some browsers crop or shrink. `exact` would lock out laptops.
 *
 * @param {HTMLVideoElement} video
 * @returns {Promise<{track: MediaStreamTrack, torch: boolean}>}
 * @throws {CameraProblem}
 */
export async function openCamera(video) {
  if (!navigator.mediaDevices?.getUserMedia) throw "missing"
  /** @type {MediaStream} */
  let stream
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: "environment" }, width: { ideal: 4096 }, height: { ideal: 4096 } },
    })
  } catch (error) {
    const name = /** @type {DOMException} */ (error).name
    throw name === "NotAllowedError" || name === "SecurityError" ? "denied" : name === "NotReadableError" || name === "AbortError" ? "busy" : "missing"
  }
  video.srcObject = stream
  await video.play().catch(() => {}) // iOS plays by itself as soon as it may
  const [track] = stream.getVideoTracks()
  return { track, torch: Boolean(/** @type {any} */ (track.getCapabilities?.())?.torch) }
}

/** @param {HTMLVideoElement} video */
export function closeCamera(video) {
  const stream = /** @type {MediaStream | null} */ (video.srcObject)
  for (const track of stream?.getTracks() ?? []) track.stop()
  video.srcObject = null
}

/** @param {MediaStreamTrack} track @param {boolean} on */
export async function setTorch(track, on) {
  await track.applyConstraints({ advanced: [/** @type {any} */ ({ torch: on })] })
}

/**
 * The picture of this moment, as fine as the camera can: its own still where the video is coarser than what is sent,
 * and the still is finer. The caller closes it.
 *
 * @param {HTMLVideoElement} video
 * @param {MediaStreamTrack} track
 * @returns {Promise<ImageBitmap>}
 */
export async function frozen(video, track) {
  const frame = await createImageBitmap(video)
  const long = Math.max(frame.width, frame.height)
  if (long >= LONG_EDGE || !("ImageCapture" in window)) return frame
  const taking = takeStill(track).catch(() => null)
  const still = await Promise.race([taking, new Promise((resolve) => setTimeout(resolve, STILL_WITHIN, null))])
  const finer = still && Math.max(still.width, still.height) > long
  if (finer) frame.close()
  else void taking.then((late) => late?.close())
  return finer ? still : frame
}

/** @param {MediaStreamTrack} track @returns {Promise<ImageBitmap>} upright */
async function takeStill(track) {
  const photo = await new /** @type {any} */ (window).ImageCapture(track).takePhoto()
  return createImageBitmap(photo, { imageOrientation: "from-image" })
}
