/**
 * pgtend's public API. Nothing else is exported; `pgtend/server` adds the HTTP server.
 * @module
 */
export { type AlertOptions, type Alerts, createAlerts } from './alert-service.ts'
export { databaseAlertRules } from './alerts/database-alert-rules.ts'
export type { Opportunity } from './core/advice.ts'
export type { AlertRule } from './core/alert.ts'
export type { BackupRecord } from './core/backup.ts'
export { AppError, type ErrorCode } from './core/errors.ts'
export type { Deduction, Health, Status, Unknown } from './core/health.ts'
export type { MaintenancePlan, MaintenanceReport, Task } from './core/maintenance.ts'
export type { Outcome } from './core/outcome.ts'
export type { Finding } from './core/rule.ts'
export type { RunbookPlan, RunbookRun } from './core/runbook.ts'
export type { Capabilities } from './core/server.ts'
export type { FindingRecord, Series, Store } from './core/store.ts'
export type { DatabaseOptions } from './database-care.ts'
export { DatabaseMaintenance, type MaintenanceOptions } from './database-maintenance.ts'
export { DatabaseMonitor } from './database-monitor.ts'
export { DatabaseRecovery, type RecoveryOptions } from './database-recovery.ts'
export {
  type Config,
  type ConfigInput,
  defineConfig,
  parseConfig,
  type TargetConfig,
} from './monitor/config.ts'
export type { Monitor, MonitorEvent } from './monitor/monitor.ts'
export type { TargetState } from './monitor/target-state.ts'
export type { OptimizeOptions } from './optimize-service.ts'
export type { IndexAdvice, WorkloadAdvice } from './optimizer/advice.ts'
export type { OptimizeProgress, OptimizeReport } from './optimizer/optimize-run.ts'
export type { QueryReport } from './optimizer/report.ts'
export {
  type AnalyzeOptions,
  type OptimizedQuery,
  QueryOptimizer,
  type QueryOptimizerOptions,
} from './query-optimizer.ts'
export { openStore } from './store/open-store.ts'
export { type Check, checkDatabase, createMonitor, type MonitorOptions } from './wire.ts'
