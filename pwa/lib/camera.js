/** The rear camera in the page: opening it as sharp as it can, the torch, and a still picture. */

/** Below this a dense letter cannot be read; then the phone's own camera app is the better way. */
export const SHARP_ENOUGH = 1600 // px, long edge

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
 * The picture of this moment: the video's frame where it is sharp enough, else the camera's own still, where there
 * is one. The caller closes it.
 *
 * @param {HTMLVideoElement} video
 * @param {MediaStreamTrack} track
 * @returns {Promise<ImageBitmap>}
 */
export async function frozen(video, track) {
  if (Math.max(video.videoWidth, video.videoHeight) >= SHARP_ENOUGH || !("ImageCapture" in window)) return createImageBitmap(video)
  try {
    const photo = await new /** @type {any} */ (window).ImageCapture(track).takePhoto()
    return await createImageBitmap(photo, { imageOrientation: "from-image" })
  } catch {
    return createImageBitmap(video)
  }
}
