/** @file What a worker of a server runs: a thread, or a process of its own. */
import { runWorker } from "../serving/workers/worker.js";
import { loadRegistry, terminalLog } from "./session.js";

runWorker(loadRegistry, terminalLog(true));
