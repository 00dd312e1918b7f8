"""The face detector: an anchor-free student of YuNet-n with five landmarks, strides 8, 16 and 32."""
