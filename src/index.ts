/**
 * pgtend's public API. Nothing else is exported; `pgtend/server` adds the HTTP server.
 * @module
 */
export type { Opportunity } from './core/advice.ts'
export { AppError, type ErrorCode } from './core/errors.ts'
export type { Deduction, Health, Status, Unknown } from './core/health.ts'
export type { Outcome } from './core/outcome.ts'
export type { Finding } from './core/rule.ts'
export type { Capabilities } from './core/server.ts'
export type { FindingRecord, Series, Store } from './core/store.ts'
export {
  type Config,
  type ConfigInput,
  defineConfig,
  parseConfig,
  type TargetConfig,
} from './monitor/config.ts'
export type { Monitor, MonitorEvent } from './monitor/monitor.ts'
export type { TargetState } from './monitor/target-state.ts'
export { openStore } from './store/open-store.ts'
export { type Check, checkDatabase, createMonitor, type MonitorOptions } from './wire.ts'
