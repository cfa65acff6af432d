const PATHS = {
  ok: 'M4 8.5l2.8 2.8L12.5 5.5',
  warning: 'M8 2.2L14.6 13.6H1.4zM8 6.4v3.4M8 11.6v.1',
  critical: 'M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM8 4.8v3.8M8 10.9v.1',
  info: 'M8 1.8a6.2 6.2 0 110 12.4A6.2 6.2 0 018 1.8zM8 7.2v4M8 4.9V5',
  unknown: 'M5.9 6.1a2.2 2.2 0 114 1.3c-.6.8-1.9 1-1.9 2.2M8 11.7v.1',
  clock: 'M8 1.8a6.2 6.2 0 110 12.4A6.2 6.2 0 018 1.8zM8 4.6V8l2.4 1.6',
  copy: 'M5.5 5.5h7v8h-7zM3.5 10.5v-8h7',
  chevron: 'M6 3.8L10.2 8 6 12.2',
  back: 'M13.5 8h-11M7 3.5L2.5 8 7 12.5',
  next: 'M2.5 8h11M9 3.5L13.5 8 9 12.5',
  down: 'M8 2.5v11M3.5 9L8 13.5 12.5 9',
  sun: 'M8 5a3 3 0 110 6 3 3 0 010-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13',
  moon: 'M13.5 9.5A6 6 0 016.5 2.5a6 6 0 107 7z',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  screen: 'M1.8 3h12.4v8.4H1.8zM5.5 14h5',
} as const

export type IconName = keyof typeof PATHS

/** A line drawing of 16 × 16. It says nothing by itself: a word always stands beside it. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
