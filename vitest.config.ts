// Settings of the test runner.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["{src,test,bench}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "dist/**", ".bench-build/**"],
    // Tests that start other programs (tshark, tcpdump, our own command line) share two cores with each other.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A test that leaves fake time or a spy behind must not colour the next one.
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
