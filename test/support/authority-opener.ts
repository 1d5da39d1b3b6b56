import { openKeyFile } from '../../src/tls/key-file.ts';

/** Another process that opens the authority of the folder it is told, and says which one it got. */
process.on('message', async (folder: string) => {
  const { certificate } = await openKeyFile(folder, new Date());
  process.send?.(certificate.toString());
});
process.send?.('ready');
