/**
 * What acts on behalf of people, beside the monitor that only looks. Each is made where there is a store
 * (wire.ts); a route or command that needs one that is absent answers `no-store` or `not-allowed`.
 */
export interface Services {}
