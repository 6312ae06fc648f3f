import type { NextConfig } from 'next';

const config: NextConfig = {
  transpilePackages: ['@weir/contracts', '@weir/runtime'],
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // The workspace compiles every package with one compiler, in `npm test`.
  typescript: { ignoreBuildErrors: true },
};

export default config;
