"""Surfaces that are taken for ink: a table, a shadow, a sheet; and what is as broad and was written."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.ink import Ink
from model.segmentation.pieces import mask_of


def is_bold(ink: Ink, width: float) -> bool:
    """Whether what is broader than `width`, a share of the longer side, was written: it is evenly dark and no surface.

    A surface comes in from the rim, fades, or is a whole sheet.
    """
    mask, side = mask_of(ink), max(ink.shape)
    broad = _broad(mask, width, cv2.BORDER_REPLICATE)
    core = ink[cv2.erode(broad, np.ones((3, 3), np.uint8)) > 0]
    if core.size < 0.001 * ink.size or np.percentile(core, 15) < 225:
        return False
    thickness = float(cv2.distanceTransform(broad, cv2.DIST_L2, 3).max())
    return thickness < 0.17 * side and not (_lies_on_rim(broad) or _is_sheet(mask))


def shows_surface(ink: Ink, width: float) -> bool:
    """Whether a sheet, or what comes in from the rim and is broader than `width`, is taken for ink."""
    mask = mask_of(ink)
    return (_lies_on_rim(mask) and _lies_on_rim(_broad(mask, width, cv2.BORDER_CONSTANT))) or _is_sheet(mask)


def _broad(mask: NDArray[np.uint8], width: float, border: int) -> NDArray[np.uint8]:
    kernel = np.ones((max(3, round(width * max(mask.shape))),) * 2, np.uint8)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel, borderType=border, borderValue=0), np.uint8)


def _lies_on_rim(mask: NDArray[np.uint8]) -> bool:
    rim = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return bool(cv2.countNonZero(rim) >= 0.1 * rim.size)


def _is_sheet(mask: NDArray[np.uint8]) -> bool:
    if cv2.countNonZero(mask) > 0.55 * mask.size:
        return True
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea)
    area, narrowest = cv2.contourArea(largest), 0.25 * max(mask.shape)
    if area <= 0.85 * narrowest**2:
        return False
    width, height = cv2.minAreaRect(largest)[1]
    return bool(min(width, height) > narrowest and area > 0.85 * width * height)
