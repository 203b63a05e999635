package dev.mneme.hub;

import dev.mneme.core.command.Command;
import java.time.Duration;

/// How a node of a hub works.
///
/// @param node the node's id, random and kept on its disk
/// @param rules what this node decides by: the hub's epoch and how long things are kept
/// @param owners how many owners may be in use before the one that rested longest is dropped
/// @param rest how long an owner rests before it may be dropped
/// @param poll how often the heads of owners in use are looked at, when no bell rings
/// @param finishAfter how old a batch is before another node spreads it
/// @param patience how long a caller waits for the database
/// @param waiting how many writes of one owner may wait
/// @param group how many writes of one owner are committed at once
/// @param unspread how many batches of one owner may wait to be spread before its next commit waits
public record HubSettings(
        String node,
        Command.Govern rules,
        int owners,
        Duration rest,
        Duration poll,
        Duration finishAfter,
        Duration patience,
        int waiting,
        int group,
        int unspread) {
    /// The settings that nobody changed.
    public static HubSettings of(String node, Command.Govern rules) {
        return new HubSettings(
                node,
                rules,
                1_000,
                Duration.ofMinutes(1),
                Duration.ofMillis(500),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                1_000,
                256,
                16);
    }
}
