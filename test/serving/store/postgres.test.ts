import { testContract } from "./contract.js";
import { places } from "./places.js";

testContract(places.postgres);
