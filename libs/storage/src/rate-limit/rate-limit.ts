export interface RateLimitState {
  allowed: boolean;
  remaining: number;
  /** Until the window begins anew. */
  resetMs: number;
}

/** How often something may be done in a window of time, counted over all processes. */
export interface RateLimit {
  /** Counts one. */
  take(name: string): Promise<RateLimitState>;
  close(): Promise<void>;
}

/** How many in how long. */
export interface RateWindow {
  points: number;
  seconds: number;
}
