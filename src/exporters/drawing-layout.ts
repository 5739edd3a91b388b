/** @file Where the boxes of a layered drawing go: data flows downwards, long edges pass between boxes. */

/** A box to place: how wide and high it is, and whether it belongs to the first or the last layer. */
export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly rank: "first" | "middle" | "last";
}

/** A box in its place, by its upper left corner. */
export interface PlacedBox extends Box {
  readonly x: number;
  readonly y: number;
}

/** An edge as the points that it passes, from the one box to the other. */
export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** Against the flow of all others. */
  readonly upwards: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A finished layout. */
export interface Layout {
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

const GAP = { column: 28, layer: 56, margin: 24, lane: 14, aside: 24 };

/** How often the order within layers is improved; each time down and up. */
const SWEEPS = 4;

/** A place in a layer: a box, or a lane that a long edge passes through. */
interface Slot {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  x: number;
}

/**
 * Places boxes in layers, each below all those that it reads. In a circle the edges back to the box that stands first
 * in the list are drawn upwards, and move nothing.
 */
export function layOut(
  boxes: readonly Box[],
  edges: readonly (readonly [from: string, to: string])[],
): Layout {
  const order = readingOrder(boxes, edges);
  const forward = edges.filter(([from, to]) => order.indexOf(from) < order.indexOf(to));
  const layerOf = layersOf(boxes, order, forward);
  const depth = Math.max(0, ...layerOf.values()) + 1;
  const layers: Slot[][] = Array.from({ length: depth }, () => []);
  const slots = new Map<string, Slot>();
  const put = (layer: number, slot: Slot): void => {
    layers[layer]!.push(slot);
    slots.set(slot.id, slot);
  };
  for (const { id, width, height } of boxes) put(layerOf.get(id)!, { id, width, height, x: 0 });
  const chains = edges.map(([from, to], i) => {
    const [top, bottom] = [layerOf.get(from)!, layerOf.get(to)!];
    const step = top < bottom ? 1 : -1;
    const lanes: string[] = [];
    for (let layer = top + step; top !== bottom && layer !== bottom; layer += step) {
      const id = `lane ${i} ${layer}`;
      put(layer, { id, width: GAP.lane, height: 0, x: 0 });
      lanes.push(id);
    }
    return [from, ...lanes, to];
  });
  arrange(layers, chains, slots);
  const width = spread(layers);
  const tops: number[] = [];
  const heights = layers.map((layer) => Math.max(0, ...layer.map((slot) => slot.height)));
  let y = GAP.margin;
  for (const height of heights) {
    tops.push(y);
    y += height + GAP.layer;
  }
  const layerOfSlot = new Map(layers.flatMap((layer, i) => layer.map(({ id }) => [id, i] as const)));
  const middle = (id: string): number => slots.get(id)!.x + slots.get(id)!.width / 2;
  const pointsOf = (chain: readonly string[]): [number, number][] => {
    const [first, last] = [layerOfSlot.get(chain[0]!)!, layerOfSlot.get(chain.at(-1)!)!];
    const aside = first < last ? 0 : GAP.aside;
    const points = chain.flatMap((id, i): [number, number][] => {
      const layer = layerOfSlot.get(id)!;
      const [x, top, bottom] = [middle(id) + aside, tops[layer]!, tops[layer]! + slots.get(id)!.height];
      const isEnd = i === 0 || i === chain.length - 1;
      if (isEnd) return [[x, first === last || (i === 0) === first < last ? bottom : top]];
      const ends: [number, number][] = [
        [x, top],
        [x, top + heights[layer]!],
      ];
      return first < last ? ends : ends.reverse();
    });
    if (first === last) {
      const below = tops[first]! + heights[first]! + GAP.layer / 2;
      points.splice(1, 0, [(points[0]![0] + points[1]![0]) / 2, below]);
    }
    return points;
  };
  return {
    boxes: boxes.map((box) => ({ ...box, x: slots.get(box.id)!.x, y: tops[layerOf.get(box.id)!]! })),
    edges: edges.map(([from, to], i) => ({
      from,
      to,
      upwards: layerOf.get(from)! >= layerOf.get(to)!,
      points: pointsOf(chains[i]!),
    })),
    width,
    height: y - GAP.layer + GAP.margin,
  };
}

/** The boxes in an order in which each stands behind those that it reads, circles being opened where they begin. */
function readingOrder(
  boxes: readonly Box[],
  edges: readonly (readonly [from: string, to: string])[],
): string[] {
  const order: string[] = [];
  const waiting = new Map(boxes.map(({ id }) => [id, new Set<string>()]));
  for (const [from, to] of edges) waiting.get(to)!.add(from);
  while (waiting.size > 0) {
    const [first] = waiting.keys();
    const next = [...waiting].find(([, sources]) => sources.size === 0)?.[0] ?? first!;
    waiting.delete(next);
    for (const sources of waiting.values()) sources.delete(next);
    order.push(next);
  }
  return order;
}

/** Each box one layer below the lowest that it reads; those of the last rank all below the others. */
function layersOf(
  boxes: readonly Box[],
  order: readonly string[],
  edges: readonly (readonly [string, string])[],
): Map<string, number> {
  const rankOf = new Map(boxes.map(({ id, rank }) => [id, rank]));
  const hasFirst = boxes.some(({ rank }) => rank === "first");
  const layer = new Map(boxes.map(({ id, rank }) => [id, rank === "first" || !hasFirst ? 0 : 1]));
  const reading = new Map<string, string[]>();
  for (const [from, to] of edges) reading.set(to, [...(reading.get(to) ?? []), from]);
  for (const id of order) {
    if (rankOf.get(id) === "first") continue;
    layer.set(id, Math.max(layer.get(id)!, ...(reading.get(id) ?? []).map((from) => layer.get(from)! + 1)));
  }
  const lowest = Math.max(0, ...boxes.map(({ id, rank }) => (rank === "last" ? 0 : layer.get(id)! + 1)));
  for (const { id, rank } of boxes) if (rank === "last") layer.set(id, lowest);
  return layer;
}

/** Orders each layer by the middle of what its slots are connected with in the layer before, then after. */
function arrange(
  layers: Slot[][],
  chains: readonly (readonly string[])[],
  slots: ReadonlyMap<string, Slot>,
): void {
  const place = new Map<string, number>();
  const neighbours = new Map<string, { up: string[]; down: string[] }>(
    [...slots.keys()].map((id) => [id, { up: [], down: [] }]),
  );
  const layerOf = new Map(layers.flatMap((layer, i) => layer.map(({ id }) => [id, i] as const)));
  for (const chain of chains) {
    for (const [i, id] of chain.slice(1).entries()) {
      const before = chain[i]!;
      const [top, bottom] = layerOf.get(before)! < layerOf.get(id)! ? [before, id] : [id, before];
      neighbours.get(top)!.down.push(bottom);
      neighbours.get(bottom)!.up.push(top);
    }
  }
  const note = (layer: readonly Slot[]): void => {
    for (const [i, { id }] of layer.entries()) place.set(id, (i + 0.5) / layer.length);
  };
  for (const layer of layers) note(layer);
  const sort = (layer: Slot[], side: "up" | "down"): void => {
    const keys = new Map(
      layer.map(({ id }) => {
        const near = neighbours.get(id)![side].map((other) => place.get(other)!);
        return [id, near.length === 0 ? place.get(id)! : near.reduce((a, b) => a + b) / near.length];
      }),
    );
    layer.sort((a, b) => keys.get(a.id)! - keys.get(b.id)!);
    note(layer);
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of layers) sort(layer, "up");
    for (const layer of [...layers].reverse()) sort(layer, "down");
  }
}

/** Gives slots their columns, each layer centred. Returns the width of all. */
function spread(layers: readonly (readonly Slot[])[]): number {
  const widths = layers.map((layer) =>
    layer.reduce((total, slot) => total + slot.width + GAP.column, -GAP.column),
  );
  const widest = Math.max(0, ...widths);
  for (const [i, layer] of layers.entries()) {
    let x = GAP.margin + (widest - widths[i]!) / 2;
    for (const slot of layer) {
      slot.x = x;
      x += slot.width + GAP.column;
    }
  }
  return widest + 2 * GAP.margin;
}
