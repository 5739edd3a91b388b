import { describe, expect, it } from "vitest";
import { loadRuntime } from "../../src/engine/onnxruntime.js";
import { STOP, signOfSuccess } from "../../src/engine/ort-results.js";

type Runtime = Awaited<ReturnType<typeof loadRuntime>>;
type Fetches = Readonly<Record<string, { readonly data: Float32Array } | null>>;

/** A runtime whose sessions run like that. */
function runtimeWith(run: (fetches: Fetches) => Promise<object>): Runtime {
  class Tensor {
    constructor(
      readonly type: string,
      readonly data: Float32Array,
    ) {}
  }
  const session = { run: (_: object, fetches: Fetches) => run(fetches), release: async () => {} };
  return { Tensor, InferenceSession: { create: async () => session } } as unknown as Runtime;
}

describe("the sign that all results are in their arrays", () => {
  it("is the message of the run time that is installed, asked for once", async () => {
    const runtime = await loadRuntime();
    const sign = await signOfSuccess(runtime);
    expect(sign).toContain("Non tensor type");
    expect(signOfSuccess(runtime)).toBe(signOfSuccess(runtime));
  });

  it("is whatever message a run ends with that has computed all", async () => {
    const runtime = runtimeWith(async (fetches) => {
      expect(Object.keys(fetches)[0]).toBe(STOP);
      fetches.y!.data[0] = 1;
      throw new Error("no arrays for this");
    });
    expect(await signOfSuccess(runtime)).toBe("no arrays for this");
  });

  it.each([
    [
      "a run ends as others do",
      async (fetches: Fetches) => {
        fetches.y!.data[0] = 1;
        return {};
      },
    ],
    ["it fails before anything is computed", () => Promise.reject(new Error("no sequences here"))],
  ])("is not there where %s", async (_, run) => {
    expect(await signOfSuccess(runtimeWith(run))).toBeNull();
  });

  it("is not there where the session does not open", async () => {
    const { Tensor } = runtimeWith(async () => ({}));
    const create = () => Promise.reject(new Error("no such operator"));
    expect(await signOfSuccess({ Tensor, InferenceSession: { create } } as unknown as Runtime)).toBeNull();
  });
});
