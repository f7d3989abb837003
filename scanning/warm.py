"""What is made at its first use, made before a process forks: to import this is all there is to do.

OpenCV's table of colours alone takes longer than a page, and every fresh child would make it again.
"""

import cv2
import numpy as np
import numpy.fft
import numpy.ma  # what np.median asks for
from PIL import Image

from . import net, view

cv2.setNumThreads(1)  # a fork copies no threads
Image.preinit()
_SPOT = np.zeros((8, 8, 3), np.uint8)
view.to_lab(_SPOT)
net.look(_SPOT)
