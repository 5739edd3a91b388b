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
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A finished layout. */
export interface Layout {
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

const GAP = { column: 28, layer: 56, margin: 24, lane: 14 };

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
 * Places boxes in layers, each below all those that it reads. An edge to a box that stands earlier in the list, as in a
 * circle, is drawn upwards and moves nothing.
 */
export function layOut(
  boxes: readonly Box[],
  edges: readonly (readonly [from: string, to: string])[],
): Layout {
  const order = new Map(boxes.map(({ id }, i) => [id, i]));
  const forward = edges.filter(([from, to]) => order.get(from)! < order.get(to)!);
  const layerOf = layersOf(boxes, forward);
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
  return {
    boxes: boxes.map((box) => ({ ...box, x: slots.get(box.id)!.x, y: tops[layerOf.get(box.id)!]! })),
    edges: edges.map(([from, to], i) => ({
      from,
      to,
      points: chains[i]!.flatMap((id, place, chain): [number, number][] => {
        const layer = layerOfSlot.get(id)!;
        const [x, top, bottom] = [middle(id), tops[layer]!, tops[layer]! + heights[layer]!];
        const down = layerOf.get(from)! < layerOf.get(to)!;
        if (place === 0) return [[x, down ? top + slots.get(id)!.height : top]];
        if (place === chain.length - 1) return [[x, down ? top : top + slots.get(id)!.height]];
        return down
          ? [
              [x, top],
              [x, bottom],
            ]
          : [
              [x, bottom],
              [x, top],
            ];
      }),
    })),
    width,
    height: y - GAP.layer + GAP.margin,
  };
}

/** Each box one layer below the lowest that it reads; those of the last rank all below the others. */
function layersOf(boxes: readonly Box[], edges: readonly (readonly [string, string])[]): Map<string, number> {
  const hasFirst = boxes.some(({ rank }) => rank === "first");
  const layer = new Map(boxes.map(({ id, rank }) => [id, rank === "first" || !hasFirst ? 0 : 1]));
  const reading = new Map<string, string[]>();
  for (const [from, to] of edges) reading.set(to, [...(reading.get(to) ?? []), from]);
  for (const { id, rank } of boxes) {
    if (rank === "first") continue;
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
