import type { Agent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { UpstreamAgents } from './upstream-agents.ts';

type Handle = NodeHttpHandler['handle'];

/** Sends the requests of AWS clients the way that upstreams are reached, through the same proxies and with the same trust. */
export class ClientHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #agents: UpstreamAgents;
  readonly #handlers = new Map<Agent, NodeHttpHandler>();

  constructor(agents: UpstreamAgents) {
    this.#agents = agents;
  }

  readonly handle: Handle = async (request, options) => {
    const { protocol, hostname, port } = request;
    const origin = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`);
    return this.#handlerFor(this.#agents.agentsFor(origin).kept).handle(request, options);
  };

  /** What clients set or ask besides is nothing to go by here. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  destroy(): void {
    this.#agents.destroy();
  }

  #handlerFor(agent: Agent): NodeHttpHandler {
    const known = this.#handlers.get(agent);
    if (known !== undefined) return known;
    // It takes the one for http, or the one for https, by the request.
    const made = new NodeHttpHandler({ httpAgent: agent, httpsAgent: agent as HttpsAgent });
    this.#handlers.set(agent, made);
    return made;
  }
}
