// Stands in for what docs/mobile.md uses of Android.
package android.graphics

class Bitmap private constructor(val colors: IntArray, val width: Int, val height: Int) {
    enum class Config { ARGB_8888 }

    companion object {
        fun createBitmap(colors: IntArray, width: Int, height: Int, @Suppress("UNUSED_PARAMETER") config: Config) =
            Bitmap(colors, width, height)
    }
}
