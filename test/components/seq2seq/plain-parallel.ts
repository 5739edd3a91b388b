/** @file Mask-predict once more: plain numbers, one sequence and one length at a time. */
import type { ParameterStore } from "../../../src/graph/parameters.js";
import { mixed, PlainLayers, type PlainTransformer, softmax, sum } from "./plain.js";

const [UNK, PAD, END, BEGIN] = [0, 1, 2, 3] as const;

/** What is found. */
interface PlainFound {
  readonly ids: readonly number[];
  readonly score: number;
}

/** A parallel writer over one source, by the parameters that the graph has. */
export class PlainParallelWriter extends PlainLayers {
  constructor(
    store: ParameterStore,
    readonly most: number,
    readonly decoder: PlainTransformer,
    readonly source: readonly (readonly number[])[],
  ) {
    super(store);
  }

  /** `log p` of the lengths 1, 2, ... */
  lengthLogs(): number[] {
    const { source, most } = this;
    const dim = this.store.get("length.hidden.weight")!.shape[0]! - 1;
    const shares = source.map(() => 1 / source.length);
    const read = [...mixed(shares, source, dim), source.length / most];
    const hidden = this.layer(read, "length.hidden").map(Math.tanh);
    return softmax(this.layer(hidden, "length.scores")).map(Math.log);
  }

  /** `log p` of every token at every place. */
  logs(ids: readonly number[], masked: readonly boolean[]): number[][] {
    const { data, shape } = this.store.get("target_embedding.weight")!;
    const size = shape[1]!;
    const vectors = ids.map((id, i) => {
      const at = (masked[i] ? BEGIN : id) * size;
      return Array.from(data.slice(at, at + size));
    });
    return this.decoder
      .together(vectors)
      .map((state) => softmax(this.layer(state, "head.vocabulary")).map(Math.log));
  }

  /** The surprisals of masked tokens, and that of the length. `ids` without an end, unless it stands alone. */
  surprisals(ids: readonly number[], masked: readonly boolean[]): { tokens: number; length: number } {
    const logs = this.logs(ids, masked);
    const tokens = -sum(ids.map((id, i) => (masked[i] ? logs[i]![id]! : 0)));
    return { tokens, length: -this.lengthLogs()[Math.min(ids.length, this.most) - 1]! };
  }

  search(beam: number, best: number, passes: number): PlainFound[] {
    const lengths = this.lengthLogs()
      .map((log, i) => ({ log, length: i + 1 }))
      .sort((a, b) => b.log - a.log)
      .slice(0, beam);
    const found = lengths.map(({ length }) => this.#filled(length, passes));
    return found.sort((a, b) => b.score - a.score).slice(0, best);
  }

  #filled(length: number, passes: number): PlainFound {
    const fits = (id: number): boolean =>
      id !== UNK && id !== PAD && id !== BEGIN && (id !== END || length === 1);
    let places = Array.from({ length }, () => ({ id: BEGIN as number, log: 0 }));
    for (let pass = 0; pass < passes; pass++) {
      const count = Math.floor((length * (passes - pass)) / passes);
      const order = places.map((_, i) => i).sort((a, b) => places[a]!.log - places[b]!.log || a - b);
      const masked = places.map((_, i) => order.indexOf(i) < count);
      const logs = this.logs(
        places.map(({ id }) => id),
        masked,
      );
      places = places.map((place, i) => {
        if (!masked[i]) return place;
        const choices = logs[i]!.map((log, id) => ({ id, log })).filter(({ id }) => fits(id));
        return choices.reduce((a, b) => (b.log > a.log ? b : a));
      });
    }
    const ids = places.map(({ id }) => id).filter((id) => id !== END);
    return { ids, score: sum(places.map(({ log }) => log)) / length };
  }
}
