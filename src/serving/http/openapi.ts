import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { libraryVersion } from "../../registry/version.js";

/** `GET /openapi.json`: the routes added after this, as an OpenAPI document. */
export async function addDocument(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "pytext-ts",
        description: "Predictions and vectors of texts, in several protocols over the same models.",
        version: libraryVersion(),
      },
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
    },
  });
  app.get("/openapi.json", { config: { open: true }, schema: { hide: true } }, () => app.swagger());
}
