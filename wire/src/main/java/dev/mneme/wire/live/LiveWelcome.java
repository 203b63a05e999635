package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import org.jspecify.annotations.Nullable;

/// The payload of the server's `connect`: the welcome (without `reset`), the answer to a client's `connect`, and the
/// notice that the client must read the state anew (`reset: true`).
@Doc("What the server says of itself and of the connection; with reset: true, that the state must be read anew.")
@JsonInclude(Include.NON_NULL)
public record LiveWelcome(
        @Doc("the connection's own id") String clientId,
        @Doc("the server's name") String instanceId,
        @Doc("the version of the protocol") int protocol,
        @Doc("the version of the server") String serverVersion,
        @Doc("how often the server sends a ping") long pingIntervalMillis,

        @Doc("true where resumeFrom could not be served, the owner was erased, or changes are no longer kept") @Nullable
        Boolean reset,

        @Doc("of a connection for every owner: how many owners are left out, because their stored data was changed"
                + " from outside")
        @Nullable
        Integer ownersLeftOut) {}
