"""The face detector: a narrowed YuNet-n, trained further, with five landmarks, strides 8, 16 and 32."""
