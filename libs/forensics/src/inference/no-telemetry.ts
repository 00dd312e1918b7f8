/**
 * Official builds of onnxruntime tell their maker about models and runs over HTTPS, keep a device id and a database in
 * the home of the user, and drop log files into the temporary folder
 * (https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md). A tool that looks at other people's faces tells
 * nobody that it ran. Importing this switches all of it off.
 *
 * The library reads the process's environment when it is loaded. A worker thread has only a copy of that, so the main
 * thread imports this before it starts one. A value that the user has set stays.
 */
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
