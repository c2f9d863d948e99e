package websub

// keyHubs: hash, id of a subscription → what is known of it, as JSON. It holds neither the address
// that the hub was given nor the secret.
const keyHubs = "{news}:hubs"
