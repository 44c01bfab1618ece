// Stands in for what docs/mobile.md uses of Android.
package android.content

import java.io.File

class AssetManager(val folder: String) {
    fun open(name: String) = File(folder, name).inputStream()
}

class Context(folder: String) {
    val assets = AssetManager(folder)
}
