// Stands for the package `debug` in the bundle: mqtt-packet calls it several times a message, and even switched off
// each call makes an array.
const silent = Object.assign(() => undefined, { enabled: false, destroy: () => true, extend: () => silent })
const createDebug = () => silent
module.exports = createDebug
module.exports.default = createDebug
module.exports.debug = createDebug
