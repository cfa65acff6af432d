/**
 * uPlot makes a number format from navigator.language while it is loaded. Some Chromiums without a locale say
 * "en-US@posix" there, which Intl refuses, and the page would stay blank. Import this before uPlot.
 */
if (typeof navigator !== 'undefined') {
  try {
    new Intl.NumberFormat(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true })
  }
}
