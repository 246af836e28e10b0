// SVG -> PNG by resvg, an optional package that is loaded when first asked for, with a font that is always there.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SourceError } from "../core/errors.ts";

/** Letters beyond Latin, Greek and Cyrillic may need the system's fonts, which take a while to find. */
const BEYOND_FONT = /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]/u;

/** The octets of a PNG file, `zoom` times as large as the SVG says. Throws a SourceError where resvg is missing. */
export async function pngOf(svg: string, zoom: number): Promise<Uint8Array> {
  const { Resvg } = await load();
  const fonts = bundledFonts();
  const picture = new Resvg(svg, {
    fitTo: { mode: "zoom", value: zoom },
    font: {
      fontFiles: fonts,
      loadSystemFonts: fonts.length === 0 || BEYOND_FONT.test(svg),
      defaultFontFamily: "DejaVu Sans",
    },
  });
  return picture.render().asPng();
}

async function load(): Promise<typeof import("@resvg/resvg-js")> {
  try {
    return await import("@resvg/resvg-js");
  } catch (error) {
    throw new SourceError(
      { source: "PNG" },
      "expected the package @resvg/resvg-js, which draws it, found none installed; install it with: npm install @resvg/resvg-js (or ask for a file .svg)",
      { cause: error },
    );
  }
}

function bundledFonts(): string[] {
  try {
    const regular = import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf");
    const bold = import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf");
    return [regular, bold].map((url) => fileURLToPath(url)).filter((path) => existsSync(path));
  } catch {
    return [];
  }
}
