// Starts `animc lsp` and hands it every .anim script; all that the editor shows comes from there.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const command = workspace.getConfiguration("animc").get("command");
  const server = { command, args: ["lsp"] };
  client = new LanguageClient("animc", "animc", server, { documentSelector: [{ language: "anim" }] });
  await client.start();
};

exports.deactivate = () => client?.stop();
