/// What has changed, for clients that follow it live.
@NullMarked
package dev.mneme.core.feed;

import org.jspecify.annotations.NullMarked;
