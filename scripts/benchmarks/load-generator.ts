/**
 * Sends one request many times over connections that stay open.
 *
 * @module
 */
import { Agent, request } from "node:http";

export interface Request {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Load {
  /** Sends the request so many times. Throws where an answer is none of success. */
  send: (what: Request, times: number) => Promise<void>;
  stop: () => void;
}

const CONNECTIONS = 4;

export function openLoad(url: string): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  function sendOnce({ body, ...options }: Request): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = request(`${url}${options.path}`, { ...options, agent }, (response) => {
        const { statusCode = 0 } = response;
        response.resume().once("end", () => {
          if (statusCode < 300) resolve();
          else reject(new Error(`${options.method} ${options.path} was answered ${statusCode}`));
        });
      });
      sent.once("error", reject).end(body);
    });
  }

  async function send(what: Request, times: number): Promise<void> {
    let left = times;
    const workers = Array.from({ length: CONNECTIONS }, async () => {
      for (; left > 0;) {
        left -= 1;
        await sendOnce(what);
      }
    });
    await Promise.all(workers);
  }

  return { send, stop: () => agent.destroy() };
}
