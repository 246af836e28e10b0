// GET /hosts/ADDRESS: what is known of one address besides its flows, which /query tells.

// The words of routes for the description of the API.
import type {} from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { formatAddress, parseAddress } from "../core/address.ts";
import type { HostFacts } from "./api.ts";
import type { Geo } from "./geo.ts";
import type { ServeRoutes } from "./parts.ts";
import { ServeError } from "./problems.ts";
import { hostFacts } from "./schemas/facts.ts";
import { errors } from "./schemas/shapes.ts";

const PARAMS = Type.Object({ address: Type.String({ maxLength: 64 }) });

export interface HostParts {
  readonly geo: Geo | null;
  /** Names in the order of their weight; never waits. */
  readonly namesOf: (address: string) => HostFacts["names"];
  /** null = no networks were declared. */
  readonly isLocal: ((address: string) => boolean) | null;
}

export function hostRoute({ geo, namesOf, isLocal }: HostParts): ServeRoutes {
  return {
    install(api: FastifyInstance): void {
      api.get(
        "/hosts/:address",
        {
          schema: {
            summary: "What is known of an address",
            description: "Its names, and where it is by the databases that serve was given. Its flows: /query.",
            tags: ["hosts"],
            params: PARAMS,
            response: { 200: { description: "What is known.", ...hostFacts }, ...errors(400, 401) },
          },
        },
        async (request): Promise<HostFacts> => {
          const { address: typed } = request.params as Static<typeof PARAMS>;
          const octets = parseAddress(typed);
          if (octets === null) {
            throw new ServeError(
              400,
              "usage",
              `address: expected an address such as 192.0.2.1, found "${typed.slice(0, 64)}"`,
            );
          }
          const address = formatAddress(octets);
          const place = geo?.placeOf(address) ?? { country: null, city: null, as: null };
          return { address, names: namesOf(address), ...place, local: isLocal?.(address) ?? null };
        },
      );
    },
  };
}
