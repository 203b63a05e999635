@NullMarked
package dev.mneme.api.websocket;

import org.jspecify.annotations.NullMarked;
