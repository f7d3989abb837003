/** What we use of pdf.js; written by us, for the type checker only. */

export interface Viewport { width: number; height: number }
export interface PdfPage {
  getViewport(how: { scale: number }): Viewport
  render(how: { canvas: HTMLCanvasElement; viewport: Viewport }): { promise: Promise<void> }
  getTextContent(): Promise<{ items: { str?: string }[] }>
  cleanup(): void
  view: number[]
  getOperatorList(): Promise<{ fnArray: number[]; argsArray: any[][] }>
  objs: Iterable<[string, unknown]>
  commonObjs: Iterable<[string, unknown]>
}
export interface PdfDocument {
  numPages: number
  getPage(number: number): Promise<PdfPage>
  extractPages(wanted: { document: null; includePages: number[] }[]): Promise<Uint8Array<ArrayBuffer> | null>
}
export class PDFWorker {
  static create(how: { port: Worker }): PDFWorker
}
export const OPS: Record<string, number>
export function getDocument(how: object): { promise: Promise<PdfDocument>; destroy(): Promise<void> }
