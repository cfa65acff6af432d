import { createContext, type ReactNode, use, useCallback, useState } from 'react'

type Render = (close: () => void) => ReactNode

const HostContext = createContext<(render: Render) => void>(() => undefined)

/** Opens a dialog that stays when what opened it goes: a finding, say, that the act has just resolved. */
export const useDialog = (): ((render: Render) => void) => use(HostContext)

/** Holds the dialog that is open. */
export function DialogHost({ children }: { readonly children: ReactNode }) {
  const [dialog, setDialog] = useState<{ readonly render: Render }>()
  const open = useCallback((render: Render) => setDialog({ render }), [])
  return (
    <HostContext value={open}>
      {children}
      {dialog?.render(() => setDialog(undefined))}
    </HostContext>
  )
}
