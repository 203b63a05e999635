package dev.mneme.api.http;

import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import org.jspecify.annotations.Nullable;

/// Tells the connection that it now speaks another protocol.
record Upgrade(Http1Upgrader upgrader) implements Http1Upgrader {
    @Override
    public String supportedProtocol() {
        return upgrader.supportedProtocol();
    }

    @Override
    public @Nullable ServerConnection upgrade(
            ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
        ServerConnection upgraded = upgrader.upgrade(context, prologue, headers);
        if (upgraded != null && context instanceof Peer peer) {
            peer.upgraded();
        }
        return upgraded;
    }
}
