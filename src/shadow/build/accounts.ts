/** Owns what is rebuilt. No superuser: code from the watched database may run. */
export const BUILDER = 'pgtend_builder'
/** Asks for plans, and can become any role of the watched database. No superuser either; row security doesn't apply to it. */
export const PLANNER = 'pgtend_planner'
