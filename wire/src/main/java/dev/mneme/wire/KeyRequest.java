package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A key to make.
///
/// @param role `admin`, `write` or `read`
/// @param restrict which data it may touch; left out: all
/// @param rate how many requests it may make; left out: the server's default
public record KeyRequest(
        String name,
        String role,
        @Nullable Restrict restrict,
        @Time @Nullable String expiresAt,
        @Nullable Rate rate) {

    /// For each kind that is named, a memory must have one of these ids; kinds are ANDed.
    @JsonInclude(Include.NON_NULL)
    public record Restrict(
            @Nullable List<String> users,
            @Nullable List<String> agents,
            @Nullable List<String> apps,
            @Nullable List<String> runs) {}

    /// @param perSecond sustained
    /// @param burst at once
    public record Rate(int perSecond, int burst) {}
}
