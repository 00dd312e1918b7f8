import { Picture } from '../faces/face-crop';
import { pictureSignature } from './picture-signature';
import { CutFinder } from './shot-cuts';

/** Holds: another picture is a cut; movement and noise are none; the encoder's mark lowers what it takes and gives the time. */
describe('CutFinder', () => {
  /** A room: `ground` below, `wall` above, a person `at` px from the left. */
  function room(wall: number[], ground: number[], at: number): Float32Array {
    const [width, height] = [160, 90];
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const inPerson = Math.abs(x - at) < 12 && y > 30;
        const colour = inPerson ? [190, 140, 120] : y < 55 ? wall : ground;
        data.set(colour.map((value) => value + ((x * 7 + y * 13) % 9)), (y * width + x) * 3); // prettier-ignore
      }
    }
    const picture: Picture = { width, height, data };
    return pictureSignature(picture);
  }
  const blue = (at: number) => room([40, 60, 140], [90, 80, 70], at);
  const green = (at: number) => room([120, 170, 110], [30, 30, 35], at);

  it('finds a plain cut by pixels alone, at the first frame after it', () => {
    const cuts = new CutFinder([]);
    expect([cuts.next(0, blue(40)), cuts.next(1, blue(60)), cuts.next(2, green(60)), cuts.next(3, green(50))]).toEqual([
      null,
      null,
      2,
      null,
    ]);
  });

  it('takes no movement for a cut, not even with a mark of the encoder', () => {
    const cuts = new CutFinder([0.7]);
    expect([cuts.next(0, blue(20)), cuts.next(1, blue(140))]).toEqual([null, null]);
  });

  it('believes a smaller change where the encoder marked a cut, and takes its time', () => {
    const similar = () => room([40, 60, 140], [140, 120, 100], 60);
    expect([new CutFinder([]), new CutFinder([1.6])].map((cuts) => (cuts.next(1, blue(60)), cuts.next(2, similar())))).toEqual([null, 1.6]); // prettier-ignore
  });
});
