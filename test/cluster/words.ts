/** Words that mean nothing here: a name made of them gives no answer away. */
const stock = (
  "acorn almond anchor apricot aspen barley basil beacon bramble brook candle canyon carrot cedar cherry cinder clover comet copper coral cotton cricket crystal daisy " +
  "dapple delta dolphin drift ember fable falcon feather fern fiddle finch flint forest fossil garnet ginger glacier gravel grove hazel heron hickory honey indigo iris " +
  "ivory jasmine jasper kelp kettle lagoon larch lemon lichen lilac linen lotus magnet mango maple meadow mellow mint mosaic nectar nettle nutmeg oaken oasis olive onyx " +
  "opal otter oyster pagoda paper parsley pebble pewter pine plum pollen poppy prairie prism puffin quiver raven reed ribbon ripple river rowan rustic sable sage salmon " +
  "sandal scarlet sequoia shale silver sparrow spruce starling sumac sunset tangle teal thicket timber topaz tulip tundra turnip umber valley velvet violet walnut wander"
).split(" ");

export interface Words {
  /** A word that this source has not given before. */
  next(): string;
  /** Two of them: `amber-finch`. */
  pair(): string;
}

/** The same seed gives the same words. */
export function words(seed: number): Words {
  let left = [...stock];
  let joined = false;
  const given = new Set<string>();
  let state = seed >>> 0;
  // mulberry32
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const draw = (): string => {
    if (left.length === 0) {
      left = [...stock];
      joined = true;
    }
    return left.splice(Math.floor(random() * left.length), 1)[0] ?? "word";
  };
  // Once all have been given, two make a new one.
  const next = (): string => {
    const word = joined || left.length === 0 ? draw() + draw() : draw();
    if (given.has(word)) return next();
    given.add(word);
    return word;
  };
  return { next, pair: () => `${next()}-${next()}` };
}
