export { component } from "./registry/component.js";
