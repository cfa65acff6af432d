export { type AppOptions, createApp } from './app.ts'
export { type Served, type ServeOptions, serve } from './serve.ts'
