/** Why a call has no answer. */
export class ServeClientError extends Error {
  /** The server's word for it ("overloaded", "invalid", ...), or "timeout", "connection", "protocol". */
  readonly code: string;
  /** HTTP's status, where there was an answer. */
  readonly status?: number;
  /** What in the request is wrong: "inputs[3].text". */
  readonly place?: string;
  /** The id under which the server's log has the request. */
  readonly requestId?: string;
  /** How many times it was asked. */
  readonly attempts: number;

  constructor(
    message: string,
    facts: {
      readonly code: string;
      readonly attempts: number;
      readonly status?: number | undefined;
      readonly place?: string | undefined;
      readonly requestId?: string | undefined;
    },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "ServeClientError";
    this.code = facts.code;
    this.attempts = facts.attempts;
    if (facts.status !== undefined) this.status = facts.status;
    if (facts.place !== undefined) this.place = facts.place;
    if (facts.requestId !== undefined) this.requestId = facts.requestId;
  }
}
