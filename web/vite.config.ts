import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.MUSTER_API ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    port: Number(process.env.PORT ?? 5173),
    strictPort: true,
    proxy: Object.fromEntries(
      [
        '/api',
        '/docs',
        '/sign-in',
        '/sign-out',
        '/invitation',
        '/openapi.json',
        '/healthz',
        '/readyz',
      ].map((path) => [
        path,
        // The server compares Origin with its own address.
        { target: server, changeOrigin: true, headers: { origin: server } },
      ]),
    ),
  },
  build: {
    outDir: '../muster/static',
    emptyOutDir: true,
    // Read by tools/budget.mjs.
    manifest: true,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // Only these two: a group for the components' library would pull lazy parts forward.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: 'tanstack', test: /node_modules[\\/]@tanstack[\\/]/ },
          ],
        },
      },
    },
  },
  // Logic alone; what a browser does is tested in one (tests/e2e).
  test: { environment: 'node', css: false },
});
