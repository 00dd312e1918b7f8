"""Things before a face: masks against infection, sunglasses, hands, microphones, cups and phones, captions.

Drawn on original and forgery alike, so that a thing before a face says nothing about the label: a detector that never saw
one takes its edge for a blend. What is drawn is known, so the net can also be asked what is covered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from assay_training.landmarks import LEFT_EYE, RIGHT_EYE, box_side
from assay_training.synthesis.cloth import FOLDS, folds, outline, painted_cloth, sash
from assay_training.synthesis.masks import blend
from assay_training.synthesis.scene import Forgery, Scene

KINDS = {"mask": 0.44, "hand": 0.16, "thing": 0.12, "glasses": 0.1, "microphone": 0.06, "caption": 0.12}
"""How often each is drawn."""

FINE = 2
"""Shapes are drawn this much larger and brought down, so that their edges are as soft as a lens makes them."""


@dataclass(frozen=True)
class Cover:
    """picture (S,S,3) uint8 of what is before the face, alpha (S,S) float32: how much of the face it hides."""

    picture: np.ndarray
    alpha: np.ndarray
    kind: str

    def over(self, image: np.ndarray) -> np.ndarray:
        return blend(image, self.picture.astype(np.float32), self.alpha)


def draw_cover(rng: np.random.Generator, scene: Scene, texture: np.ndarray, kind: str | None = None) -> Cover:
    """Something before the face of `scene`, lit as it is; texture (H,W,3) uint8: any other picture, for patterns."""
    kind = kind or str(rng.choice(list(KINDS), p=list(KINDS.values())))
    picture, alpha = DRAWN[kind](rng, scene, _piece(rng, texture))
    light = np.clip(scene.image.mean() / 125, 0.45, 1.25) * np.exp(rng.normal(0, 0.12))
    sigma = float(np.exp(rng.uniform(np.log(0.3), np.log(1.8))))
    alpha = cv2.GaussianBlur(alpha, (0, 0), sigma)
    picture = cv2.GaussianBlur((picture * light).clip(0, 255), (0, 0), sigma)
    return Cover((picture + 0.5).astype(np.uint8), alpha.clip(0, 1), kind)


def covered(scene: Scene, forgery: Forgery, cover: Cover) -> tuple[Scene, Forgery]:
    """Both behind the same thing; of the mask stays what can be seen, and the whole of it beside that: the thing's rim is no
    boundary of a blend."""
    return (
        replace(scene, image=cover.over(scene.image)),
        replace(forgery, image=cover.over(forgery.image), mask=forgery.mask * (1 - cover.alpha), whole=forgery.mask),
    )


Drawn = tuple[np.ndarray, np.ndarray]


def _piece(rng: np.random.Generator, texture: np.ndarray) -> np.ndarray:
    """A small part of a picture from its left or right side: a pattern, not another face."""
    h, w = (side // 5 for side in texture.shape[:2])
    y, x = rng.integers(0, texture.shape[0] - h), rng.choice([0, texture.shape[1] - w])
    return texture[y : y + h, x : x + w]


def _filled(side: int, outlines: list[np.ndarray]) -> np.ndarray:
    """Alpha (side,side) of polygons (n,2), edges smoothed."""
    big = np.zeros((side * FINE, side * FINE), np.uint8)
    for points in outlines:
        cv2.fillPoly(big, [((points + 0.5) * FINE * 16).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
    return cv2.resize(big, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _shaded(rng: np.random.Generator, side: int, colour: np.ndarray, depth: float, grain: float) -> np.ndarray:
    """A surface of one colour under uneven light, (side,side,3) float32."""
    coarse = rng.normal(0, depth, (int(rng.integers(2, 6)),) * 2).astype(np.float32)
    light = np.exp(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC))[..., None]
    return (colour * light + rng.normal(0, grain, (side, side, 1)).astype(np.float32)).astype(np.float32)


def _any_colour(rng: np.random.Generator) -> np.ndarray:
    hsv = np.uint8([[[rng.integers(180), rng.integers(0, 220), rng.integers(20, 250)]]])
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32)


def _skin(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """The colour of the cheeks, as another part of the body or another person has it."""
    x, y = scene.mesh[[50, 280]].mean(0).round().astype(int).clip(1, len(scene.image) - 2)
    own = scene.image[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).mean(0)
    return (own * np.exp(rng.normal(0, 0.12)) + rng.normal(0, 8, 3)).clip(15, 250).astype(np.float32)


def _round_bar(start: np.ndarray, end: np.ndarray, width: float) -> np.ndarray:
    """Outline of a bar with round ends."""
    along = (end - start) / max(1e-6, float(np.hypot(*(end - start))))
    across = np.array([-along[1], along[0]])
    turn = np.linspace(-np.pi / 2, np.pi / 2, 9)[:, None]
    cap = np.cos(turn) * along + np.sin(turn) * across
    back = -np.cos(turn) * along - np.sin(turn) * across
    return np.concatenate([end + width / 2 * cap, start + width / 2 * back])


def _mask(rng: np.random.Generator, scene: Scene, texture: np.ndarray) -> Drawn:
    side, face = len(scene.image), box_side(scene.mesh)
    edge = outline(rng, scene.mesh, face)
    bands, cords = sash(rng, scene.mesh, edge, face)
    cloth = painted_cloth(rng, side, edge, texture)
    if rng.random() < FOLDS:
        folds(rng, cloth, edge, face)
    alpha = _filled(side, [edge])
    if cords is not None:
        strings = _filled(side, bands)
        cloth = np.where((strings > alpha)[..., None], cords, cloth)
        alpha = np.maximum(alpha, strings)
    return cloth, alpha


def _hand(rng: np.random.Generator, scene: Scene, texture: np.ndarray) -> Drawn:
    """Fingers side by side, from a random edge towards a place on the face."""
    side, face = len(scene.image), box_side(scene.mesh)
    tip = scene.mesh[rng.choice([13, 152, 50, 280, 10, 1, 61, 291])] + rng.normal(0, 0.06 * face, 2)
    angle = rng.uniform(0.15, 0.85) * np.pi
    way = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-way[1], way[0]])
    width = face * rng.uniform(0.09, 0.15)
    bars = []
    for i in range(int(rng.integers(1, 5))):
        start = tip + across * i * width * rng.uniform(0.95, 1.2) + way * rng.uniform(-0.06, 0.06) * face
        bars.append(_round_bar(start, start + way * face * rng.uniform(0.5, 1.2), width))
    picture = _shaded(rng, side, _skin(rng, scene), 0.12, 2)
    for bar in bars:
        cv2.polylines(picture, [(bar * 16).astype(np.int32)], True, (picture.mean((0, 1)) * 0.6).tolist(), 1, cv2.LINE_AA, shift=4)
    return picture, _filled(side, bars)


def _thing(rng: np.random.Generator, scene: Scene, texture: np.ndarray) -> Drawn:
    """A cup, a phone, a shoulder, a leaf: an ellipse, a bar or a corner of some colour or pattern."""
    side, face = len(scene.image), box_side(scene.mesh)
    middle = scene.mesh[rng.integers(len(scene.mesh))] + rng.normal(0, 0.12 * face, 2)
    turn = rng.uniform(0, np.pi)
    way = np.array([np.cos(turn), np.sin(turn)])
    long, wide = face * rng.uniform(0.15, 0.7), face * rng.uniform(0.15, 0.5)
    if rng.random() < 0.5:
        circle = np.linspace(0, 2 * np.pi, 32, endpoint=False)[:, None]
        shape = middle + np.cos(circle) * way * long / 2 + np.sin(circle) * np.array([-way[1], way[0]]) * wide / 2
    else:
        corner = np.array([-way[1], way[0]]) * wide / 2
        shape = np.array([middle - way * long / 2 - corner, middle + way * long / 2 - corner,
                          middle + way * long / 2 + corner, middle - way * long / 2 + corner])  # fmt: skip
    if rng.random() < 0.45:
        picture = cv2.resize(texture, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    else:
        picture = _shaded(rng, side, _any_colour(rng), 0.2, rng.uniform(0, 4))
    return picture, _filled(side, [shape])


def _glasses(rng: np.random.Generator, scene: Scene, texture: np.ndarray) -> Drawn:
    """Sunglasses; now and then clear ones, of which the rim alone hides anything."""
    side, face = len(scene.image), box_side(scene.mesh)
    grow = rng.uniform(1.5, 2.2)
    lenses = []
    for eye in (RIGHT_EYE, LEFT_EYE):
        points = scene.mesh[eye]
        middle, reach = points.mean(0), float(np.ptp(points[:, 0])) / 2 * grow
        turn = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        square = np.abs(np.cos(turn)) ** 0.7 * np.sign(np.cos(turn)), np.abs(np.sin(turn)) ** 0.7 * np.sign(np.sin(turn))
        lenses.append(middle + np.stack([reach * square[0], 0.78 * reach * square[1] + 0.1 * reach], 1))
    colour = _any_colour(rng) * (0.35 if rng.random() < 0.8 else 1)
    picture = _shaded(rng, side, colour, 0.35, 1)
    rim = np.zeros((side, side), np.uint8)
    width = max(1, int(round(face * rng.uniform(0.008, 0.025))))
    paths = [*lenses, scene.mesh[[133, 362]], scene.mesh[[33, 127]], scene.mesh[[263, 356]]]
    for i, path in enumerate(paths):
        cv2.polylines(rim, [(path * 16).astype(np.int32)], i < 2, 255, width, cv2.LINE_AA, shift=4)
    glass = _filled(side, lenses) * (rng.uniform(0.75, 1.0) if rng.random() < 0.75 else rng.uniform(0.0, 0.15))
    return picture, np.maximum(glass, rim.astype(np.float32) / 255)


def _microphone(rng: np.random.Generator, scene: Scene, texture: np.ndarray) -> Drawn:
    side, face = len(scene.image), box_side(scene.mesh)
    head = scene.mesh[[13, 152]].T @ rng.dirichlet([1, 1]) + rng.normal(0, 0.08 * face, 2)
    end = np.array([head[0] + rng.normal(0, 0.3 * face), side + 0.3 * face])
    size = face * rng.uniform(0.12, 0.24)
    picture = _shaded(rng, side, _any_colour(rng) * rng.uniform(0.1, 0.6), 0.3, rng.uniform(2, 10))
    return picture, _filled(side, [_round_bar(head, end, 0.45 * size), _round_bar(head, head + (end - head) * 0.08, size)])


WORDS = ("LIVE", "breaking", "@", "2026", "News", "subscribe", "ok", "real?", "100%", "what", "tv", "HD", "world", "now")
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_COMPLEX)


def _caption(rng: np.random.Generator, scene: Scene, texture: np.ndarray) -> Drawn:
    """Words over the picture, with or without a bar behind them, or a round sticker."""
    side, face = len(scene.image), box_side(scene.mesh)
    picture = np.broadcast_to(_any_colour(rng), (side, side, 3)).astype(np.float32).copy()
    alpha = np.zeros((side, side), np.float32)
    if rng.random() < 0.25:
        x, y = (scene.mesh[rng.integers(len(scene.mesh))]).round().astype(int)
        radius = int(face * rng.uniform(0.08, 0.3))
        cv2.circle(alpha, (int(x), int(y)), radius, 1.0, -1, cv2.LINE_AA)
        for dx in (-0.35, 0.35):
            cv2.circle(picture, (int(x + dx * radius), int(y - 0.2 * radius)), max(1, radius // 7), (20, 20, 20), -1, cv2.LINE_AA)
        return picture, alpha
    text = " ".join(rng.choice(WORDS, int(rng.integers(1, 4))))
    scale = face * rng.uniform(0.0025, 0.008)
    width = max(1, int(round(scale * 2 * rng.uniform(0.6, 1.6))))
    font = int(rng.choice(FONTS))
    (w, h), base = cv2.getTextSize(text, font, scale, width)
    x, y = int(rng.uniform(-0.3 * w, side - 0.5 * w)), int(rng.uniform(0.1, 0.98) * side)
    if rng.random() < 0.4:
        cv2.rectangle(alpha, (x - 4, y - h - 4), (x + w + 4, y + base + 2), float(rng.uniform(0.5, 1)), -1)
    letters = np.zeros((side, side), np.uint8)
    cv2.putText(letters, text, (x, y), font, scale, 255, width, cv2.LINE_AA)
    picture[letters > 0] = 255 - picture[0, 0]
    return picture, np.maximum(alpha, letters.astype(np.float32) / 255 * float(rng.uniform(0.6, 1)))


DRAWN = {"mask": _mask, "hand": _hand, "thing": _thing, "glasses": _glasses, "microphone": _microphone, "caption": _caption}
