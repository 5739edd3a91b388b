import type { Serving } from "../contracts.js";
import type { ServingMetrics } from "../metrics.js";
import type { ObservedRequest, RequestObserver } from "./observed.js";

/** Faults that the engine never hears of. */
const OF_FRONT = new Set(["unauthenticated", "rate_limited", "body_size", "slow_body"]);

/** Counts answers. What clients call a model counts only if there is one of that name. */
export function requestObserver(serving: Serving, metrics: ServingMetrics): RequestObserver {
  return ({ route, status, seconds, fault, ...asked }: ObservedRequest) => {
    const known = asked.model !== undefined && serving.has(asked.model);
    const model = known ? asked.model! : "";
    const version = known ? (asked.version ?? "") : "";
    metrics.requests.inc({ model, version, route, code: String(status) });
    metrics.requestSeconds.observe({ model, route }, seconds);
    if (fault !== undefined && OF_FRONT.has(fault)) metrics.rejected.inc({ model, reason: fault });
  };
}
