"""Pairs of a real face and a forgery of it, made on the fly, degraded alike and cropped alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from assay_training import data
from assay_training.crop import PRODUCT_MARGINS, crop_frame, five_points, warp_crop
from assay_training.degrade import degrade_pairs, draw, filmed
from assay_training.synthesis import color, painters
from assay_training.synthesis.facts import facts_of
from assay_training.synthesis.face_shape import GRID_PX, FaceShape
from assay_training.synthesis.lip_sync import lip_sync
from assay_training.synthesis.masks import boundary
from assay_training.synthesis.nuisance import nuisance
from assay_training.synthesis.occlude import Cover, covered, draw_cover
from assay_training.synthesis.reenact import reenact
from assay_training.synthesis.scene import Forgery, Scene, make_scene
from assay_training.synthesis.self_blend import self_blend
from assay_training.synthesis.soft_discrepancy import soft_discrepancy
from assay_training.synthesis.swap import Neighbours, fitted, foreign_swap, painted_swap, place_painted, smoothed_swap

MIX = {"painted": 0.29, "smoothed": 0.06, "self-blend": 0.17, "foreign": 0.13, "reenact": 0.17, "lip-sync": 0.18}
"""How often each way of forging is used, where a task does not say otherwise; `soft` is left to `discrepancy`."""

CAPTURED = 0.6
"""Share of scenes that a modest camera took before anything was forged in them."""

CLEANER = 0.65
"""Share of those in which the forged face did not go through that camera: generators paint clean faces."""

FILMED = 0.5
"""Share of captured scenes that are frames of a video: real swaps are pasted into decoded ones."""

REPAINTED = 0.55
"""Share of expression edits whose new expression a painter made, as neural textures are; the others are bent pixels."""

MARGIN_NOISE = 0.05
"""Largest error of a crop's margin in training, about those of the product."""

OCCLUDED = 0.3
"""Share of scenes with something before the face (decision 015)."""

FACE_PX = (52.0, 230.0)
"""Mesh box of a face before degradation."""

LANDMARK_NOISE = 0.018
"""Standard deviation of each landmark's error, in units of the face size: a detector's points are not a mesh's."""

FAINT = 1.5
"""A forgery that changes its region by less (mean grey levels, after degradation) counts proportionally less."""


SHOWS = 0.7
"""Weight above which a forgery shows enough for its region, its operation and its map to be asked for."""


@dataclass(frozen=True)
class Batch:
    """n pairs. real, forged (n,N,N,3) uint8; mask, edge, occlusion (n,N,N) uint8 for 0..1, the last of both; weight (n,) float32;
    kinds (n,); facts (n,F) float32 of the forgeries, in the order of `facts.FACTS`: 1 true, 0 false, NaN too close to call."""

    real: np.ndarray
    forged: np.ndarray
    mask: np.ndarray
    edge: np.ndarray
    occlusion: np.ndarray
    weight: np.ndarray
    kinds: list[str]
    facts: np.ndarray


def draw_margin(rng: np.random.Generator) -> float:
    """The margin of a crop to learn from: nearly one of those that the product looks with."""
    return float(rng.choice(PRODUCT_MARGINS) + rng.uniform(-MARGIN_NOISE, MARGIN_NOISE))


class PairMaker:
    """Makes pairs from one split: training faces with the painters to train with, the others with those held out."""

    def __init__(self, cache: Path, train: bool, mix: dict[str, float] = MIX) -> None:
        cv2.setNumThreads(1)
        self.mix = mix
        self.faces = data.load(cache)
        self.rows = np.flatnonzero(self.faces.train == train)
        self.shape = FaceShape(np.load(cache / painters.SHAPE_FILE), GRID_PX)
        files = [cache / f"{name}.npy" for name in (painters.PAINTERS if train else painters.HELD_OUT)]
        self.painted = [np.load(file, mmap_mode="r") for file in files if file.exists()]
        self.neighbours = Neighbours(self.faces, self.rows)
        # The sources weigh alike but for the tightly cut one, whose pictures end where the face does.
        cut = {name: 0.5 if np.median(np.ptp(self.faces.valid[self.faces.source == name][:, [0, 2]], axis=1)) < 200
               else 1.0 for name in np.unique(self.faces.source)}  # fmt: skip
        odds = np.array([cut[s] for s in self.faces.source[self.rows]])
        self.odds = odds / odds.sum()

    def _painted(self, rng: np.random.Generator, index: int) -> np.ndarray:
        """Face `index` as one of the painters made it, (s,s,3) on the mean mesh."""
        return np.array(self.painted[rng.integers(len(self.painted))][index, rng.integers(0, 2)])

    def _lent_detail(self, rng: np.random.Generator, scene: Scene, source: np.ndarray) -> np.ndarray | None:
        """The picture (S,S,3) that lends its pores and hair to a painted face, which a small painter cannot paint: mostly of
        another person, as a swap removes what was there; the scene's own, as where a painter was shown that person; or none."""
        lender = rng.random()
        if lender < 0.3:
            return None
        return source if lender < 0.5 else self._other(rng, scene, source)

    def _other(self, rng: np.random.Generator, scene: Scene, source: np.ndarray) -> np.ndarray:
        """Another person's face (S,S,3) at the scene's mesh, taken by a camera like the scene's where `source`, the scene's own
        face as its forger has it, was."""
        face = fitted(rng, scene, self.faces, self.neighbours.near(rng, scene.index))
        return color.capture(rng, face) if scene.captured and source is scene.image else face

    def _lent_face(self, rng: np.random.Generator, scene: Scene, source: np.ndarray) -> np.ndarray | None:
        """The face (S,S,3), at the scene's mesh, that lends its mouth to a lip-sync: none, a painter's, or another person's."""
        lender = rng.random()
        if lender < 0.35:
            return None
        if lender < 0.7:
            return place_painted(rng, self.shape, scene.mesh, len(scene.image), self._painted(rng, scene.index))
        return self._other(rng, scene, source)

    def forge(self, rng: np.random.Generator, scene: Scene, kind: str | None = None, source: np.ndarray | None = None) -> Forgery:
        """One forgery of a scene, of a given kind or of one drawn from the mix; `source` (S,S,3) is the scene's picture
        before its camera softened it, where the forged face should come from that."""
        kind = kind or str(rng.choice(list(self.mix), p=list(self.mix.values())))
        source = scene.image if source is None else source
        if kind == "painted":
            return painted_swap(rng, scene, self.shape, self._painted(rng, scene.index), self._lent_detail(rng, scene, source))
        if kind == "smoothed":
            return smoothed_swap(rng, scene, source)
        if kind == "foreign":
            return foreign_swap(rng, scene, self._other(rng, scene, source))
        if kind == "reenact":
            if rng.random() < REPAINTED:
                source = place_painted(rng, self.shape, scene.mesh, len(scene.image), self._painted(rng, scene.index))
            return reenact(rng, scene, source)
        if kind == "lip-sync":
            return lip_sync(rng, scene, source, self._lent_face(rng, scene, source))
        if kind == "soft":
            return soft_discrepancy(rng, scene)
        return self_blend(rng, scene, source)

    def shoot(self, rng: np.random.Generator, index: int, face: float) -> tuple[Scene, np.ndarray | None]:
        """A scene as a camera gave it, and where the forger's face may be cleaner than that, the picture before."""
        scene = make_scene(rng, self.faces, index, face)
        scene = replace(scene, image=nuisance(rng, scene.image, scene.mesh, face))
        if rng.random() >= CAPTURED:
            return scene, None
        before = scene.image
        return replace(scene, image=color.capture(rng, before), captured=True), before if rng.random() < CLEANER else None

    def _film(self, rng: np.random.Generator, scenes: list[Scene]) -> list[Scene]:
        """Some captured scenes of one size as frames of one video. A forger's cleaner source stays what it was; where there is
        none the forged face comes from the frame, too."""
        chosen = [i for i, scene in enumerate(scenes) if scene.captured and rng.random() < FILMED]
        images = dict(zip(chosen, filmed(rng, [scenes[i].image for i in chosen])))
        return [replace(scene, image=images.get(i, scene.image)) for i, scene in enumerate(scenes)]

    def group(self, rng: np.random.Generator, count: int, size: int, kind: str | None = None) -> Batch:
        """`count` pairs with one native face size and one codec setting."""
        face = float(np.exp(rng.uniform(*np.log(FACE_PX))))
        shots = [self.shoot(rng, int(index), face) for index in rng.choice(self.rows, count, p=self.odds)]
        scenes, forgeries, covers, ways = [], [], [], []
        for scene, source in zip(self._film(rng, [scene for scene, _ in shots]), [source for _, source in shots]):
            forgery = self.forge(rng, scene, kind, source)
            cover = self.cover(rng, scene) if rng.random() < OCCLUDED else None
            if cover:
                scene, forgery = covered(scene, forgery, cover)
            scenes.append(scene)
            forgeries.append(forgery)
            covers.append(cover)
            ways.append(draw(rng))
        pairs = degrade_pairs(rng, [(s.image, f.image) for s, f in zip(scenes, forgeries)], ways)
        parts = [self._crop(rng, s, f, c, p, size) for s, f, c, p in zip(scenes, forgeries, covers, pairs)]
        real, forged, mask, edge, occlusion, weight, facts = zip(*parts)
        return Batch(np.stack(real), np.stack(forged), np.stack(mask), np.stack(edge), np.stack(occlusion), np.float32(weight),
                     [f"{f.way}: {f.region}" for f in forgeries], np.stack(facts))  # fmt: skip

    def cover(self, rng: np.random.Generator, scene: Scene, kind: str | None = None) -> Cover:
        """Something before the face of a scene, of a given kind or of one drawn from `occlude.KINDS`."""
        return draw_cover(rng, scene, self.faces.picture(int(rng.choice(self.rows)))[0], kind)

    def _crop(
        self, rng: np.random.Generator, scene: Scene, forgery: Forgery, cover: Cover | None, pair: tuple[np.ndarray, np.ndarray], size: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, float, np.ndarray]:
        points = five_points(scene.mesh)
        unit = crop_frame(points).face
        points = points + rng.normal(0, LANDMARK_NOISE * unit, points.shape) + rng.normal(0, 0.012 * unit, 2)
        frame = crop_frame(points)
        margin = draw_margin(rng)
        real, forged = (warp_crop(np.ascontiguousarray(image), frame, size, margin) for image in pair)
        mask = warp_crop((forgery.mask * 255).astype(np.uint8), frame, size, margin)
        alpha = np.zeros(scene.image.shape[:2], np.uint8) if cover is None else (cover.alpha * 255).astype(np.uint8)
        occlusion = warp_crop(alpha, frame, size, margin)
        # The boundary is that of the whole mask as far as it shows: what is cut off a mask by a thing before the face is no blend.
        whole = mask if forgery.whole is None else warp_crop((forgery.whole * 255).astype(np.uint8), frame, size, margin)
        soft = cv2.GaussianBlur(whole, (0, 0), 0.02 * size).astype(np.float32) / 255
        top = max(float(soft.max()), 1e-3)
        edge = (boundary(soft / top) * (255 - occlusion.astype(np.float32))).astype(np.uint8)
        inside = (mask > 128 * top).astype(np.uint8)
        change = sum(cv2.mean(cv2.absdiff(real, forged), inside)[:3]) / 3
        facts = facts_of(forgery, real, forged, mask)
        if rng.random() < 0.5:
            real, forged, mask, edge, occlusion = (np.ascontiguousarray(x[:, ::-1]) for x in (real, forged, mask, edge, occlusion))
        return real, forged, mask, edge, occlusion, float(np.clip(change / FAINT, 0.05, 1.0)), facts


def join(groups: list[Batch]) -> Batch:
    return Batch(
        *(np.concatenate([getattr(g, k) for g in groups]) for k in ("real", "forged", "mask", "edge", "occlusion", "weight")),
        [kind for g in groups for kind in g.kinds],
        np.concatenate([g.facts for g in groups]),
    )
