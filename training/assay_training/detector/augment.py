"""Training pictures: scenes at all scales, mosaics, faces pasted on backgrounds, and what cameras and codecs do."""

from __future__ import annotations

import cv2
import numpy as np

from assay_training.detector.boxes import flip_faces
from assay_training.detector.dataset import Scene

MIN_VISIBLE = 0.6
"""A face stays a label while at least this share of its box is inside the picture."""

ROTATED = 0.30
"""Share of the scenes that are turned and sheared."""

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]
"""RGB uint8 (S,S,3), boxes (n,4), landmarks (n,10)."""


def resize(image: np.ndarray, width: int, height: int) -> np.ndarray:
    shrinks = width < image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def visible(boxes: np.ndarray, x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """Which boxes lie in the rectangle by at least MIN_VISIBLE of their area."""
    low = np.maximum(boxes[:, :2], [x0, y0])
    high = np.minimum(boxes[:, 2:], [x1, y1])
    inside = np.clip(high - low, 0, None).prod(axis=1)
    return inside >= MIN_VISIBLE * np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1e-6)


class Augmenter:
    """Makes training pictures; the same generator state gives the same picture."""

    def __init__(self, scenes: list[Scene], negatives: list[Scene], crops: list[Scene], rng: np.random.Generator) -> None:
        self.rng = rng
        self.crops = crops
        self.negatives = negatives
        crowd = [s for s in scenes if len(s.boxes) >= 3]
        self.pools = [(crowd, 0.45), (scenes, 0.40), (negatives, 0.15)]

    def pick(self) -> Scene:
        u = self.rng.random()
        for pool, share in self.pools:
            if u < share:
                break
            u -= share
        return pool[self.rng.integers(len(pool))]

    def sample(self, side: int) -> Sample:
        """One picture of `side` pixels square."""
        u = self.rng.random()
        if u < 0.42:
            image, boxes, points = self.placed(self.pick(), side, side, self.log_uniform(0.65, 2.1))
        elif u < 0.74:
            image, boxes, points = self.mosaic(side, 2 if self.rng.random() < 0.65 else 3)
        else:
            image, boxes, points = self.pasted(side)
        if self.rng.random() < 0.5:
            image = image[:, ::-1]
            boxes, points = flip_faces(boxes, points, side)
        image = np.ascontiguousarray(image)
        if self.rng.random() < 0.25:
            self.cover(image, boxes)
        return self.degrade(image), boxes.astype(np.float32), points.astype(np.float32)

    def cover(self, image: np.ndarray, boxes: np.ndarray) -> None:
        """Lays a patch of the picture or a flat colour over a part of some faces, in place."""
        rng, side = self.rng, image.shape[0]
        for x0, y0, x1, y1 in boxes[rng.random(len(boxes)) < 0.4]:
            w, h = max(1, int((x1 - x0) * rng.uniform(0.2, 0.7))), max(1, int((y1 - y0) * rng.uniform(0.2, 0.7)))
            x, y = int(rng.uniform(x0, x1) - w / 2), int(rng.uniform(y0, y1) - h / 2)
            x, y = int(np.clip(x, 0, max(side - w, 0))), int(np.clip(y, 0, max(side - h, 0)))
            area = image[y : y + h, x : x + w]
            if rng.random() < 0.5 and min(area.shape[:2]) == min(h, w):
                sx, sy = int(rng.integers(0, side - w + 1)), int(rng.integers(0, side - h + 1))
                area[:] = image[sy : sy + h, sx : sx + w].copy()
            else:
                area[:] = rng.integers(0, 256, 3)

    def log_uniform(self, low: float, high: float) -> float:
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def placed(self, scene: Scene, width: int, height: int, zoom: float) -> Sample:
        """The scene with its long side at `zoom` times the canvas, at a random place; the rest is a flat colour."""
        rng = self.rng
        h, w = scene.image.shape[:2]
        scale = zoom * max(width, height) / max(h, w)
        stretch = self.log_uniform(0.85, 1.18)
        sx, sy = scale * stretch, scale / stretch
        # only the part that will be seen is resized: a zoom of 2 would otherwise cost four canvases
        ox = self.offset(w * sx, width, scene.boxes[:, [0, 2]] * sx)
        oy = self.offset(h * sy, height, scene.boxes[:, [1, 3]] * sy)
        matrix = np.array([[sx, 0, ox + (sx - 1) / 2], [0, sy, oy + (sy - 1) / 2]], np.float64)
        source = scene.image
        if min(sx, sy) < 0.75:
            small = resize(source, max(1, round(w * sx)), max(1, round(h * sy)))
            matrix = np.array([[1, 0, ox], [0, 1, oy]], np.float64)
            source = small
        fill = [int(v) for v in rng.integers(0, 256, 3)] if rng.random() < 0.7 else [0, 0, 0]
        image = cv2.warpAffine(source, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=fill)
        boxes = scene.boxes * [sx, sy, sx, sy] + [ox, oy, ox, oy]
        points = scene.landmarks * np.tile([sx, sy], 5) + np.tile([ox, oy], 5)
        if rng.random() < ROTATED:
            image, boxes, points = self.turned(image, boxes, points, fill)
        keep = visible(boxes, 0, 0, width, height)
        return image, boxes[keep], points[keep]

    def turned(self, image: np.ndarray, boxes: np.ndarray, points: np.ndarray, fill: list[int]) -> Sample:
        """The canvas turned and sheared about its middle; boxes keep their size about the moved centre."""
        h, w = image.shape[:2]
        matrix = cv2.getRotationMatrix2D((w / 2, h / 2), float(self.rng.normal(0, 14)), 1.0)
        shear = np.eye(3)
        shear[0, 1] = self.rng.normal(0, 0.12)
        shear[0, 2] = -shear[0, 1] * h / 2
        matrix = matrix @ shear
        image = cv2.warpAffine(image, matrix, (w, h), flags=cv2.INTER_LINEAR, borderValue=fill)
        half = (boxes[:, 2:] - boxes[:, :2]) / 2
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
        moved = points.reshape(-1, 5, 2) @ matrix[:, :2].T + matrix[:, 2]
        return image, np.concatenate([centre - half, centre + half], axis=1), moved.reshape(-1, 10)

    def offset(self, length: float, canvas: int, spans: np.ndarray) -> int:
        """Where the scaled scene starts on one axis; a scene larger than the canvas is centred near a face, mostly."""
        rng = self.rng
        if length <= canvas:
            return int(rng.integers(0, int(canvas - length) + 1))
        if len(spans) and rng.random() < 0.75:
            target = float(spans[rng.integers(len(spans))].mean()) - canvas * rng.uniform(0.2, 0.8)
            return -int(np.clip(target, 0, length - canvas))
        return -int(rng.integers(0, int(length - canvas) + 1))

    def mosaic(self, side: int, parts: int) -> Sample:
        """parts x parts scenes, cut at a jittered grid: many small faces at once."""
        cuts = [0, *(round(side * (k + self.rng.uniform(-0.12, 0.12)) / parts) for k in range(1, parts)), side]
        image = np.empty((side, side, 3), np.uint8)
        boxes, points = [], []
        for i in range(parts):
            for j in range(parts):
                x0, x1, y0, y1 = cuts[j], cuts[j + 1], cuts[i], cuts[i + 1]
                tile, b, p = self.placed(self.pick(), x1 - x0, y1 - y0, self.log_uniform(0.85, 1.9))
                image[y0:y1, x0:x1] = tile
                boxes.append(b + [x0, y0, x0, y0])
                points.append(p + np.tile([x0, y0], 5))
        return image, np.concatenate(boxes), np.concatenate(points)

    def pasted(self, side: int) -> Sample:
        """Up to fourteen face crops with feathered edges on a picture without faces."""
        rng = self.rng
        background = self.negatives[rng.integers(len(self.negatives))]
        image, _, _ = self.placed(background, side, side, self.log_uniform(1.0, 2.0))
        image = image.astype(np.float32)
        taken: list[tuple[float, float, float, float]] = []
        boxes, points = [], []
        for _ in range(int(rng.integers(2, 15))):
            crop = self.crops[rng.integers(len(self.crops))]
            h, w = crop.image.shape[:2]
            scale = self.log_uniform(9, side * 0.9) / max(h, w)
            tw, th = max(4, round(w * scale)), max(4, round(h * scale))
            if tw >= side or th >= side:
                continue
            x, y = int(rng.integers(0, side - tw)), int(rng.integers(0, side - th))
            if any(x < b[2] and b[0] < x + tw and y < b[3] and b[1] < y + th for b in taken):
                continue
            taken.append((x, y, x + tw, y + th))
            rim = np.minimum(np.arange(tw) + 1, np.arange(tw)[::-1] + 1)[None] / (0.12 * tw + 1)
            rim = np.minimum(rim, (np.minimum(np.arange(th) + 1, np.arange(th)[::-1] + 1) / (0.12 * th + 1))[:, None])
            alpha = np.clip(rim, 0, 1)[..., None].astype(np.float32) if rng.random() < 0.6 else 1.0
            area = image[y : y + th, x : x + tw]
            area += alpha * (resize(crop.image, tw, th) - area)
            sx, sy = tw / w, th / h
            boxes.append(crop.boxes[0] * [sx, sy, sx, sy] + [x, y, x, y])
            points.append(crop.landmarks[0] * np.tile([sx, sy], 5) + np.tile([x, y], 5))
        return image.astype(np.uint8), np.array(boxes).reshape(-1, 4), np.array(points).reshape(-1, 10)

    def degrade(self, image: np.ndarray) -> np.ndarray:
        """Light, colour, blur, noise, JPEG: each with its own chance."""
        rng = self.rng
        if rng.random() < 0.6:
            gain = self.log_uniform(0.25, 1.5) if rng.random() < 0.5 else self.log_uniform(0.7, 1.3)
            gamma = self.log_uniform(0.7, 1.5)
            tint = rng.uniform(0.88, 1.12, 3)
            ramp = (np.arange(256) / 255.0) ** gamma * 255 * gain
            table = np.clip(ramp[:, None] * tint[None] + rng.uniform(-12, 12), 0, 255).astype(np.uint8)
            image = cv2.LUT(image, table[None])
        if rng.random() < 0.25:
            grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, axis=2)
            keep = rng.uniform(0, 0.8)
            image = cv2.addWeighted(image, keep, grey, 1 - keep, 0)
        if rng.random() < 0.08:
            image = np.ascontiguousarray(image[..., rng.permutation(3)])
        if rng.random() < 0.15:
            image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 2.2))
        if rng.random() < 0.10:
            noise = rng.normal(0, rng.uniform(2, 12), image.shape[:2])[..., None]
            image = np.clip(image + noise, 0, 255).astype(np.uint8)
        if rng.random() < 0.35:
            _, blob = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 92))])
            image = cv2.imdecode(blob, cv2.IMREAD_COLOR)
        return image
