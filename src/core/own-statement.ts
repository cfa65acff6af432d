/** The comment that pgtend's own statements begin with, or have after their first word: PostgreSQL 18 keeps only that. */
const OWN = /^(?:\w+\s+)?\/\* pgtend\b/

/** Whether a statement's text is one of pgtend's. */
export const isOwnStatement = (text: string): boolean => OWN.test(text)
